//! Draws things in batches: one mesh and one material for all that share a model, and a texture with what differs.

use bevy::asset::{RenderAssetUsages, embedded_asset};
use bevy::mesh::{Indices, MeshTag, PrimitiveTopology};
use bevy::pbr::{ExtendedMaterial, MaterialExtension};
use bevy::prelude::*;
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::{
    AsBindGroup, Extent3d, Origin3d, TexelCopyBufferLayout, TexelCopyTextureInfo, TextureAspect, TextureDimension,
    TextureFormat, TextureUsages,
};
use bevy::render::renderer::RenderQueue;
use bevy::render::texture::GpuImage;
use bevy::render::{ExtractSchedule, MainWorld, Render, RenderApp, RenderSystems};
use bevy::shader::ShaderRef;

use crate::look::model::{Finish, Model, Paint};
use crate::look::registry::LAMPS;

use super::geometry::triangles;

/// Things in a row of their texture; as in `things.wgsl`.
const THINGS_IN_ROW: usize = 256;
/// Joints in a row of theirs.
const JOINTS_IN_ROW: usize = 64;
/// Texels of a thing, and of a joint.
const TEXELS: usize = 3;
/// Numbers of a thing.
pub const NUMBERS: usize = 4 * TEXELS;

/// The material of all things.
pub type ThingMaterial = ExtendedMaterial<StandardMaterial, Things>;

/// What the shader needs to know of things and joints.
#[derive(Asset, AsBindGroup, TypePath, Clone, Debug)]
pub struct Things {
    #[texture(100, sample_type = "u_int", visibility(vertex))]
    things: Handle<Image>,
    #[texture(101, sample_type = "float", filterable = false, visibility(vertex))]
    joints: Handle<Image>,
    /// How dark it is, and whether all that is not on a map is pale: from 0 to 1.
    #[uniform(102, visibility(fragment))]
    mood: Vec4,
}

const SHADER: &str = "embedded://autotwin/viewer/things.wgsl";

impl MaterialExtension for Things {
    fn vertex_shader() -> ShaderRef {
        SHADER.into()
    }

    fn fragment_shader() -> ShaderRef {
        SHADER.into()
    }

    fn prepass_vertex_shader() -> ShaderRef {
        SHADER.into()
    }
}

/// How a thing is drawn in this frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Drawn {
    /// Where it is, in the frame of the world.
    pub at: [f32; 3],
    /// Which way it looks.
    pub heading: f32,
    /// How far its drives are.
    pub drives: [f32; 4],
    /// Its own colour, and which of its lamps are lit; the last bit tells whether it is pointed out.
    pub own: [u8; 4],
    /// The colour of its state, and how bright its lamps are.
    pub state: [u8; 4],
    /// Its size; 0 hides it.
    pub scale: f32,
    /// Whether it is active: 0 to 1.
    pub active: f32,
}

impl Drawn {
    /// The numbers of the texture.
    pub fn numbers(&self) -> [u32; NUMBERS] {
        let [east, north, up] = self.at;
        let [a, b, c, d] = self.drives;
        [
            east.to_bits(),
            up.to_bits(),
            (-north).to_bits(),
            self.heading.to_bits(),
            a.to_bits(),
            b.to_bits(),
            c.to_bits(),
            d.to_bits(),
            u32::from_le_bytes(self.own),
            u32::from_le_bytes(self.state),
            self.scale.to_bits(),
            self.active.to_bits(),
        ]
    }
}

/// What is drawn in this frame, by number.
#[derive(Resource)]
pub struct Canvas {
    material: Handle<ThingMaterial>,
    things: Handle<Image>,
    joints: Handle<Image>,
    numbers: Vec<[u32; NUMBERS]>,
    joint_numbers: Vec<f32>,
    joints_changed: bool,
    night: f32,
    is_pale: bool,
    mood_changed: bool,
    rows: usize,
}

/// The numbers on their way to the texture.
#[derive(Resource, Default)]
struct Upload {
    image: Option<AssetId<Image>>,
    numbers: Vec<[u32; NUMBERS]>,
}

/// Draws things.
pub struct DrawPlugin;

impl Plugin for DrawPlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "src", "things.wgsl");
        app.add_plugins(MaterialPlugin::<ThingMaterial>::default());
        let images = &mut app.world_mut().resource_mut::<Assets<Image>>();
        let things = images.add(thing_image(1));
        let joints = images.add(joint_image(&[]));
        let material = ThingMaterial {
            base: StandardMaterial::default(),
            extension: Things { things: things.clone(), joints: joints.clone(), mood: Vec4::ZERO },
        };
        let material = app.world_mut().resource_mut::<Assets<ThingMaterial>>().add(material);
        app.insert_resource(Canvas {
            material,
            things,
            joints,
            numbers: Vec::new(),
            joint_numbers: Vec::new(),
            joints_changed: false,
            night: 0.0,
            is_pale: false,
            mood_changed: false,
            rows: 1,
        });
        app.add_systems(PostUpdate, fit_textures);
        if let Some(render) = app.get_sub_app_mut(RenderApp) {
            render
                .init_resource::<Upload>()
                .add_systems(ExtractSchedule, take_numbers)
                .add_systems(Render, upload.in_set(RenderSystems::PrepareResources));
        }
    }
}

impl Canvas {
    /// The material of all things.
    pub fn material(&self) -> Handle<ThingMaterial> {
        self.material.clone()
    }

    /// Says how dark it is: from 0 to 1.
    pub fn set_night(&mut self, night: f32) {
        // In steps that nobody sees: each makes the material anew.
        let night = (night * 64.0).round() / 64.0;
        self.mood_changed |= night != self.night;
        self.night = night;
    }

    /// Says whether all that is not on a map is pale.
    pub fn set_pale(&mut self, is_pale: bool) {
        self.mood_changed |= is_pale != self.is_pale;
        self.is_pale = is_pale;
    }

    /// The places of so many things in the texture, none of which is drawn so far.
    pub fn begin(&mut self, things: usize) -> &mut [[u32; NUMBERS]] {
        let rows = things.div_ceil(THINGS_IN_ROW).max(1);
        self.numbers.clear();
        self.numbers.resize(rows * THINGS_IN_ROW, [0; NUMBERS]);
        &mut self.numbers[..things]
    }

    /// Makes the joints of a model known. Returns the number of the first.
    pub fn add_joints(&mut self, model: &Model) -> usize {
        let first = self.joint_numbers.len() / (4 * TEXELS);
        for joint in &model.joints {
            let parent = joint.parent.map_or(0, |parent| first + parent.0 + 1) as f32;
            let [pivot, axis] = [joint.pivot, joint.axis].map(turn_up);
            self.joint_numbers.extend([pivot.x, pivot.y, pivot.z, parent, axis.x, axis.y, axis.z, joint.gain]);
            self.joint_numbers.extend([joint.drive as f32, f32::from(u8::from(joint.slides)), 0.0, 0.0]);
        }
        self.joints_changed |= !model.joints.is_empty();
        first
    }
}

/// From the world's frame, where z is up, to that of the screen, where y is.
pub fn turn_up([x, y, z]: [f32; 3]) -> Vec3 {
    Vec3::new(x, z, -y)
}

/// The mesh of so many copies of a model, whose joints have been made known. Each copy says in the fourth part of its colour
/// which it is: one entity draws a whole block of things, and Bevy has fewer to look after.
pub fn mesh_of(model: &Model, first_joint: usize, copies: usize) -> Mesh {
    let (mut positions, mut normals) = (Vec::new(), Vec::new());
    let (mut hangs, mut surfaces, mut colours) = (Vec::new(), Vec::new(), Vec::<[f32; 4]>::new());
    for piece in &model.pieces {
        let made = triangles(piece);
        let joint = piece.joint.map_or(0, |joint| first_joint + joint.0 + 1) as f32;
        let (paint, colour) = match piece.paint {
            Paint::Fixed(colour) => (0, colour.0),
            Paint::Own => (1, [255; 3]),
            Paint::OwnDark => (2, [255; 3]),
            Paint::State => (3, [255; 3]),
            Paint::Lamp(number, colour) => (4 + u32::from(number.min(LAMPS - 1)), colour.0),
        };
        let count = made.corners.len();
        let plain = |roughness: f32, metallic: f32| vec![[roughness, metallic]; count];
        let (surface, marks) = match piece.finish {
            Finish::Matte => (plain(0.95, 0.0), 0),
            Finish::Painted => (plain(0.5, 0.0), 0),
            Finish::Metal => (plain(0.38, 0.75), 0),
            Finish::Glass => (plain(0.1, 0.0), 0),
            Finish::Light => (plain(0.5, 0.0), 8),
            Finish::LightWhenActive => (plain(0.6, 0.0), 16),
            Finish::LightAtNight => (plain(0.5, 0.0), 32),
            Finish::Facade { bays, storeys, pattern } => (windows(&made.surface, count, bays, storeys, pattern), 64),
            // Where a street is no strip, it is as light as it is on average.
            Finish::Street if made.surface.is_empty() => (vec![[LAMP_EVERY * 0.22, 0.5]; count], 128),
            Finish::Street => (made.surface.clone(), 128),
            Finish::Ground => (plain(0.95, 0.0), 256),
        };
        let [r, g, b] = colour;
        let colour = Color::srgb_u8(r, g, b).to_linear().to_f32_array();
        positions.extend(made.corners.iter().map(|corner| turn_up(corner.to_array())));
        normals.extend(made.normals.iter().map(|normal| turn_up(normal.to_array())));
        hangs.extend(std::iter::repeat_n([joint, (paint + marks) as f32], count));
        surfaces.extend(surface);
        colours.extend(std::iter::repeat_n(colour, count));
    }
    let count = positions.len();
    let indices = (0..(count * copies) as u32).collect();
    let colours: Vec<[f32; 4]> =
        (0..copies).flat_map(|copy| colours.iter().map(move |[r, g, b, _]| [*r, *g, *b, copy as f32])).collect();
    let (positions, normals) = (positions.repeat(copies), normals.repeat(copies));
    let (hangs, surfaces) = (hangs.repeat(copies), surfaces.repeat(copies));
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, hangs)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_1, surfaces)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colours)
        .with_inserted_indices(Indices::U32(indices))
}

/// How far the lamps beside a street are from each other: metres; as in `things.wgsl`.
const LAMP_EVERY: f32 = 30.0;

/// Which window each corner of a wall is at: counted along it from a number that tells behind which there is light, and from the ground up.
fn windows(surface: &[[f32; 2]], count: usize, bays: u16, storeys: u16, pattern: u16) -> Vec<[f32; 2]> {
    let first = f32::from(pattern % 1024);
    let place = |n: usize| surface.get(n).copied().unwrap_or_default();
    (0..count).map(place).map(|[x, y]| [first + x * f32::from(bays), y * f32::from(storeys)]).collect()
}

fn thing_image(rows: usize) -> Image {
    let size = Extent3d { width: (THINGS_IN_ROW * TEXELS) as u32, height: rows as u32, depth_or_array_layers: 1 };
    let mut image = Image::new_fill(
        size,
        TextureDimension::D2,
        &[0; 16],
        TextureFormat::Rgba32Uint,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.texture_descriptor.usage |= TextureUsages::COPY_DST;
    image
}

fn joint_image(numbers: &[f32]) -> Image {
    let in_row = JOINTS_IN_ROW * TEXELS * 4;
    let rows = numbers.len().div_ceil(in_row).max(1);
    let mut filled = numbers.to_vec();
    filled.resize(rows * in_row, 0.0);
    let size = Extent3d { width: (JOINTS_IN_ROW * TEXELS) as u32, height: rows as u32, depth_or_array_layers: 1 };
    let bytes = filled.iter().flat_map(|number| number.to_le_bytes()).collect();
    Image::new(size, TextureDimension::D2, bytes, TextureFormat::Rgba32Float, RenderAssetUsages::RENDER_WORLD)
}

/// Gives the textures the size that they need. The material must notice, or it keeps the old ones.
fn fit_textures(
    mut canvas: ResMut<Canvas>,
    mut images: ResMut<Assets<Image>>,
    mut materials: ResMut<Assets<ThingMaterial>>,
) {
    let rows = canvas.numbers.len() / THINGS_IN_ROW;
    let grows = rows > canvas.rows;
    if grows {
        // Half as many again, so that this is rare.
        canvas.rows = rows + rows / 2;
        let image = thing_image(canvas.rows);
        canvas.things = images.add(image);
    }
    if canvas.joints_changed {
        canvas.joints_changed = false;
        canvas.joints = images.add(joint_image(&canvas.joint_numbers));
    } else if !grows && !canvas.mood_changed {
        return;
    }
    canvas.mood_changed = false;
    let mood = Vec4::new(canvas.night, f32::from(u8::from(canvas.is_pale)), 0.0, 0.0);
    let (things, joints, material) = (canvas.things.clone(), canvas.joints.clone(), canvas.material.clone());
    if let Some(mut material) = materials.get_mut(&material) {
        material.extension = Things { things, joints, mood };
    }
}

/// The numbers change places with those of the frame before last: nothing is copied.
fn take_numbers(mut main: ResMut<MainWorld>, mut upload: ResMut<Upload>) {
    let mut canvas = main.resource_mut::<Canvas>();
    upload.image = Some(canvas.things.id());
    std::mem::swap(&mut canvas.numbers, &mut upload.numbers);
}

fn upload(upload: Res<Upload>, images: Res<RenderAssets<GpuImage>>, queue: Res<RenderQueue>) {
    let Some(image) = upload.image.and_then(|id| images.get(id)) else { return };
    let rows = (upload.numbers.len() / THINGS_IN_ROW) as u32;
    if rows == 0 || rows > image.texture.height() {
        return;
    }
    let bytes: &[u8] = bytemuck::cast_slice(&upload.numbers);
    let width = (THINGS_IN_ROW * TEXELS) as u32;
    queue.write_texture(
        TexelCopyTextureInfo {
            texture: &image.texture,
            mip_level: 0,
            origin: Origin3d::ZERO,
            aspect: TextureAspect::All,
        },
        bytes,
        TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(width * 16), rows_per_image: None },
        Extent3d { width, height: rows, depth_or_array_layers: 1 },
    );
}

/// How many copies of a model a mesh may have: not too many corners.
pub fn most_copies(model: &Model) -> usize {
    const CORNERS: usize = 60_000;
    let corners: usize = model.pieces.iter().map(|piece| triangles(piece).corners.len()).sum();
    (CORNERS / corners.max(1)).clamp(1, 128)
}

/// What the entity of a block of things is made of: they have numbers from `first` on.
pub fn entity(canvas: &Canvas, mesh: Handle<Mesh>, first: usize) -> impl Bundle {
    (
        Mesh3d(mesh),
        MeshMaterial3d(canvas.material()),
        MeshTag(first as u32),
        Transform::IDENTITY,
        // Where they are only the shader knows.
        bevy::camera::visibility::NoFrustumCulling,
    )
}
